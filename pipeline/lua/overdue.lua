-- overdue(limit): what `reap` would take back now: {until, [stage, item]..}; until is 0
-- where nothing is overdue. Changes nothing.
local overdue = call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, ARGV[1])
local out = {#overdue > 0 and now or 0}
for _, member in ipairs(overdue) do
  local colon = string.find(member, ':', 1, true)
  for _, item in ipairs(call('SMEMBERS', claim_key(string.sub(member, colon + 1)))) do
    out[#out + 1] = tonumber(string.sub(member, 1, colon - 1))
    out[#out + 1] = item
  end
end
return out
