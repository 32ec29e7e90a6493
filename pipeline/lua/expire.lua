-- expire(seconds): the run has ended; its keys go after a while, unless it goes on again by now.
-- '-1' keeps them.
local status = call('HGET', meta, 'status')
if ARGV[1] ~= '-1' and (status == 'running' or status == 'paused') then return 0 end
local names = {'meta', 'leases', 'slots', 'partial', 'steps'}
for stage = tonumber(call('HGET', meta, 'first') or 1), tonumber(call('HGET', meta, 'last') or 0) do
  for _, name in ipairs(SETS) do names[#names + 1] = 's' .. stage .. ':' .. name end
  for _, name in ipairs({'order', 'attempts', 'deaths', 'alone'}) do
    names[#names + 1] = 's' .. stage .. ':' .. name
  end
end
for _, name in ipairs(names) do
  if ARGV[1] == '-1' then call('PERSIST', base .. name) else call('EXPIRE', base .. name, ARGV[1]) end
end
return 1
