-- cancel(version): everything open becomes cancelled, and no claim holds anything any more.
-- The same version again cancels what is still open: `sync` may have brought the status alone.
-- Returns how many items were cancelled; a run that Redis does not know is left unknown.
local known = tonumber(call('HGET', meta, 'version') or -1)
if known < 0 or known > tonumber(ARGV[1]) then return 0 end
call('HSET', meta, 'status', 'cancelled', 'version', ARGV[1])
for _, member in ipairs(call('ZRANGE', leases, 0, -1)) do
  call('DEL', claim_key(string.sub(member, string.find(member, ':', 1, true) + 1)))
end
call('DEL', leases, partial)
local cancelled = 0
for stage = tonumber(call('HGET', meta, 'first')), tonumber(call('HGET', meta, 'last')) do
  local before = call('SCARD', key(stage, 'cancelled'))
  local after = call('SUNIONSTORE', key(stage, 'cancelled'), key(stage, 'cancelled'),
    key(stage, 'pending'), key(stage, 'processing'))
  call('DEL', key(stage, 'pending'), key(stage, 'processing'), key(stage, 'order'))
  if after > before then publish('stage', stage) end
  cancelled = cancelled + after - before
end
publish('run', nil, {status = 'cancelled', version = tonumber(ARGV[1])})
return cancelled
