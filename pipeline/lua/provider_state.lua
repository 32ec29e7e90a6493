-- KEYS[1] pause  KEYS[2] pace. Returns ms of pause left, ms of line ahead, and 1 if there is a line.
local pace = redis.call('HGET', KEYS[2], 'slot')
local paced = redis.call('EXISTS', KEYS[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return {math.max(redis.call('PTTL', KEYS[1]), 0), math.max(0, math.floor(tonumber(pace or 0) - now)), paced}
