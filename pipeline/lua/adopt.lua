-- adopt(stage, token, lease_ms, item..): take back items whose claim Redis forgot (FLUSHALL) or
-- reaped too early, while nobody else has them: the work in flight need not be done again. The death
-- that a rash reap noted was none.
-- Returns 1 (also when this was done already), or 0 when any of them is not pending any more.
local stage, token = ARGV[1], ARGV[2]
local status = call('HGET', meta, 'status')
if status ~= 'running' and status ~= 'paused' then return 0 end
if call('ZSCORE', leases, stage .. ':' .. token) then return 1 end
for i = 4, #ARGV do
  if call('SISMEMBER', key(stage, 'pending'), ARGV[i]) == 0 then return 0 end
end
local taken = {}
for i = 4, #ARGV do
  taken[#taken + 1] = ARGV[i]
  call('ZREM', key(stage, 'order'), ARGV[i])
  call('SMOVE', key(stage, 'pending'), key(stage, 'processing'), ARGV[i])
  call('SADD', claim_key(token), ARGV[i])
  if tonumber(call('HGET', key(stage, 'deaths'), ARGV[i]) or 0) > 0 then
    call('HINCRBY', key(stage, 'deaths'), ARGV[i], -1)
  end
end
call('ZADD', leases, now + ARGV[3], stage .. ':' .. token)
publish('items', stage, {items = taken, status = 'processing'})
return 1
