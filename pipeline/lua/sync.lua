-- sync(status, version, concurrency, run, first, last): make meta say what PostgreSQL says.
-- An older version than the one here changes nothing. Returns 1 if meta was new, else 0.
local known = tonumber(call('HGET', meta, 'version') or -1)
if known >= tonumber(ARGV[2]) then return 0 end
call('PERSIST', meta)
call('HSET', meta, 'status', ARGV[1], 'version', ARGV[2], 'concurrency', ARGV[3], 'run', ARGV[4],
  'first', ARGV[5], 'last', ARGV[6])
publish('run', nil, {status = ARGV[1], version = tonumber(ARGV[2])})
return known < 0 and 1 or 0
