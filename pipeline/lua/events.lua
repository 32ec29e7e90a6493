-- KEYS[1] an account's event stream  KEYS[2] its epoch
-- ARGV[1] epoch to begin if there is none  ARGV[2] id to read after, '' for none  ARGV[3] up to
-- ARGV[4] at most so many  ARGV[5] seconds that both are kept from now on
-- Returns {epoch, id of the last event, of the first, how many there are, [id, [.., event]]..}.
-- The epoch names this life of the stream: it changes when the key is lost (FLUSHALL) and with the
-- server's run id, because a restart may have lost the newest events.
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
redis.call('SET', KEYS[2], ARGV[1], 'NX')
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[5])
local epoch = string.sub(server, 1, 12) .. redis.call('GET', KEYS[2])
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
local events = {}
if ARGV[2] ~= '' then
  events = redis.call('XRANGE', KEYS[1], '(' .. ARGV[2], ARGV[3], 'COUNT', ARGV[4])
end
return {epoch, last[1] and last[1][1] or '0-0', first[1] and first[1][1] or '0-0',
  redis.call('XLEN', KEYS[1]), events}
