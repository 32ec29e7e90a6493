-- renew(lease_ms, n, turn * n, [stage, token]..): prolong slots and leases. A slot that is gone is
-- taken again if one is free. Returns {status or false, lost turn or token..}.
local turns = tonumber(ARGV[2])
local out = {call('HGET', meta, 'status')}
if not out[1] then return out end
local concurrency = tonumber(call('HGET', meta, 'concurrency'))
for i = 3, 2 + turns do
  local has_slot = tonumber(call('ZSCORE', slots, ARGV[i]) or 0) > now
  if has_slot or at_work() < concurrency then
    call('ZADD', slots, now + ARGV[1], ARGV[i])
  else
    out[#out + 1] = ARGV[i]
  end
end
for i = 3 + turns, #ARGV, 2 do
  local member = ARGV[i] .. ':' .. ARGV[i + 1]
  if call('ZSCORE', leases, member) then
    call('ZADD', leases, 'XX', now + ARGV[1], member)
  else
    out[#out + 1] = ARGV[i + 1]
  end
end
return out
