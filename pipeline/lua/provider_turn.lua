-- A place in the line of calls to a service that has refused some: ms until it is one's turn.
-- KEYS[1] pause  KEYS[2] pace  ARGV[1] longest wait in ms  ARGV[2] ms of the pace's life
-- A wait longer than that takes no place; -1 when the service needs no line.
-- Share by which the rate grows in a second: fast where no rate was refused yet, little near the one
-- that was, and again after half a minute, when the service may allow more.
local function growth(rate, ceiling, since)
  if not ceiling then return 0.1 end
  if since > 30000 then return 0.05 end
  return rate < 0.9 * ceiling and 0.03 or rate < 0.97 * ceiling and 0.01 or 0.001
end
local pace = redis.call('HMGET', KEYS[2], 'rate', 'slot', 'fell', 'grew', 'ceiling')
if not pace[1] then return -1 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rate, fell = tonumber(pace[1]), tonumber(pace[3])
local slot = math.max(tonumber(pace[2] or 0), now + math.max(redis.call('PTTL', KEYS[1]), 0))
local wait = slot - now
if wait > tonumber(ARGV[1]) then return wait end
local grew = math.max(tonumber(pace[4] or 0), fell)
if wait > 0 and now > grew then -- the line holds calls back: try for a little more
  local share = growth(rate, tonumber(pace[5]), now - fell)
  rate = rate * (1 + share * math.min(now - grew, 1000) / 1000)
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
redis.call('HSET', KEYS[2], 'rate', rate, 'slot', slot + 1000 / rate, 'grew', now)
return math.floor(wait)
