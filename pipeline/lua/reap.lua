-- reap(limit, [until]): leases that ran out (by `until`, in ms): their workers are dead. Their items
-- go back to pending, with the death noted. Returns how many items.
local moved, till = 0, math.min(now, tonumber(ARGV[2]) or now)
for _, member in ipairs(call('ZRANGEBYSCORE', leases, '-inf', till, 'LIMIT', 0, ARGV[1])) do
  local colon = string.find(member, ':', 1, true)
  local stage, token = string.sub(member, 1, colon - 1), string.sub(member, colon + 1)
  local items = call('SMEMBERS', claim_key(token))
  for _, item in ipairs(items) do
    call('HINCRBY', key(stage, 'deaths'), item, 1)
    to_pending(stage, item, 0)
    moved = moved + 1
  end
  call('DEL', claim_key(token))
  call('ZREM', leases, member)
  if #items > 0 then publish('items', stage, {items = items, status = 'queued'}) end
end
return moved
