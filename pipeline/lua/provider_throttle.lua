-- A service asked for a pause (429): nobody asks before it is over, and then at a lower rate.
-- KEYS[1] pause  KEYS[2] pace: rate per second, the one that was refused, next free slot and last
-- fall in ms
-- ARGV[1] pause in ms  ARGV[2] calls a second that were answered until now  ARGV[3] ms of the pace's life
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local pause = tonumber(ARGV[1])
if redis.call('PTTL', KEYS[1]) < pause then
  redis.call('SET', KEYS[1], 1, 'PX', pause)
end
local pace = redis.call('HMGET', KEYS[2], 'rate', 'fell')
local rate, fell = tonumber(pace[1]), tonumber(pace[2] or 0)
if not rate then
  rate = tonumber(ARGV[2])
elseif now - fell > 1000 + pause then -- calls under way when it fell are refused too: one fall for all
  local first = redis.call('HSET', KEYS[2], 'ceiling', rate) == 1 -- it came here in large steps
  rate = rate * (first and 0.9 or now - fell < 10000 and 0.8 or 0.94)
else
  now = fell
end
redis.call('HSET', KEYS[2], 'rate', math.max(rate, 0.1), 'fell', now)
redis.call('PEXPIRE', KEYS[2], ARGV[3])
