-- renew(lease_ms, [stage, token]..): prolong leases. Returns {status or false, lost token..}.
local out = {call('HGET', meta, 'status')}
for i = 2, #ARGV, 2 do
  local member = ARGV[i] .. ':' .. ARGV[i + 1]
  if call('ZSCORE', leases, member) then
    call('ZADD', leases, 'XX', now + ARGV[1], member)
  else
    out[#out + 1] = ARGV[i + 1]
  end
end
return out
