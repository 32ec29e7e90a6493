-- Stands before every script. KEYS[1] is the run's meta hash, KEYS[2] the account's event stream;
-- the run's other keys are derived from KEYS[1], so all of them share its hash tag.
-- Time is always Redis TIME, in milliseconds: no client's clock decides anything.
local meta, events = KEYS[1], KEYS[2]
local base = string.sub(meta, 1, -5)
local leases, slots, partial = base .. 'leases', base .. 'slots', base .. 'partial'
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Seconds an account's stream is kept after its last use; its epoch goes with it, so whoever comes
-- with a cursor of before loads everything anew. `events.lua` and `events.py` have the same number.
local IDLE = 604800

local SETS = {'pending', 'processing', 'completed', 'failed', 'cancelled'}

local function key(stage, name) return base .. 's' .. stage .. ':' .. name end

local function claim_key(token) return base .. 'claim:' .. token end

local function counts(stage)
  local out = {}
  for i, name in ipairs(SETS) do out[i] = call('SCARD', key(stage, name)) end
  return out
end

local function set_of(stage, item)
  for _, name in ipairs(SETS) do
    if call('SISMEMBER', key(stage, name), item) == 1 then return name end
  end
  return false
end

-- Tell the account's clients. Counts are taken here, so those of one event always add up.
local function publish(kind, stage, fields)
  local event = fields or {}
  event.type = kind
  event.run = call('HGET', meta, 'run')
  if stage then
    event.stage = tonumber(stage)
    event.counts = counts(stage)
  end
  call('XADD', events, 'MAXLEN', '~', 10000, '*', 'event', cjson.encode(event))
  call('EXPIRE', events .. ':epoch', IDLE)
  call('EXPIRE', events, IDLE)
end

-- Give an item back to pending. `due` is its place in the order: a position, or a time.
local function to_pending(stage, item, due)
  call('SMOVE', key(stage, 'processing'), key(stage, 'pending'), item)
  call('ZADD', key(stage, 'order'), due, item)
  call('HDEL', partial, stage .. ':' .. item)
end

-- How many slots of the run's concurrency are taken. A turn that died loses its slot by time.
local function at_work() return call('ZCOUNT', slots, '(' .. now, '+inf') end

-- A claim whose last item left it is over, and so is its lease.
local function end_if_empty(stage, token)
  if call('EXISTS', claim_key(token)) == 0 then call('ZREM', leases, stage .. ':' .. token) end
end
