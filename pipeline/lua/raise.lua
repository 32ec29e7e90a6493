-- raise(percentage): the highest percentage shown so far, so that the bar never falls.
local best = math.max(tonumber(call('HGET', meta, 'best') or 0), tonumber(ARGV[1]))
if call('EXISTS', meta) == 1 then call('HSET', meta, 'best', tostring(best)) end
return tostring(best)
