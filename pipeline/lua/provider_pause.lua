-- KEYS[1] the pause of an endpoint, ARGV[1] milliseconds. The longer of two pauses stands.
-- Time left is the key's own time to live, so no process's clock matters.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
end
return redis.call('PTTL', KEYS[1])
