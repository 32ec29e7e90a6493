-- As much of Redis as our scripts and the keeper use, in Lua beside them: strings, hashes, sets,
-- sorted sets, lists, and keys that run out. A contract test compares each command with the server.
-- Each call from outside brings the clock, in milliseconds. A bulk reply is a string, a missing one false.
local data, ends = {}, {}
local clock = 0
cjson = {encode = function(value) return value end}

local format = string.format

local function text(value)
  if type(value) ~= 'number' then return value end
  if value % 1 == 0 and value > -1e15 and value < 1e15 then return format('%d', value) end
  return format('%.17g', value)
end

local function at(key)
  local over = ends[key]
  if over and over <= clock then
    data[key], ends[key] = nil, nil
  end
  return data[key]
end

local function made(key)
  local found = at(key)
  if not found then
    found = {}
    data[key] = found
  end
  return found
end

local function drop_empty(key)
  if next(data[key]) == nil then data[key], ends[key] = nil, nil end
end

local function size(found)
  local n = 0
  if found then for _ in pairs(found) do n = n + 1 end end
  return n
end

local function members(found)
  local out = {}
  if found then for member in pairs(found) do out[#out + 1] = member end end
  table.sort(out)
  return out
end

-- '(5', '5', '-inf': how a score compares with the bound of a range.
local function bound(word)
  if type(word) == 'number' then return word, false end
  if word == '-inf' then return -math.huge, false end
  if word == '+inf' then return math.huge, false end
  if string.sub(word, 1, 1) == '(' then return tonumber(string.sub(word, 2)), true end
  return tonumber(word), false
end

local function within(found, low, high)
  local out = {}
  if not found then return out end
  local from, over = bound(low)
  local to, under = bound(high)
  for member, score in pairs(found) do
    if (score > from or (score == from and not over)) and (score < to or (score == to and not under)) then
      out[#out + 1] = member
    end
  end
  return out
end

local function between(found, low, high)
  local out = within(found, low, high)
  if #out < 2 then return out end
  table.sort(out, function(a, b)
    if found[a] ~= found[b] then return found[a] < found[b] end
    return a < b
  end)
  return out
end

local function part(list, first, last)
  local n = #list
  if first < 0 then first = math.max(n + first, 0) end
  if last < 0 then last = n + last end
  local out = {}
  for i = first + 1, math.min(last + 1, n) do out[#out + 1] = list[i] end
  return out
end

local R = {}

function R.TIME() return {text(math.floor(clock / 1000)), text((clock % 1000) * 1000)} end
function R.INFO() return 'run_id:' .. server end

function R.GET(key) return at(key) or false end
function R.SET(key, value, ...)
  local words, life = {...}, nil
  local keeps = at(key)
  for i, word in ipairs(words) do
    if word == 'NX' and keeps then return false end
    if word == 'XX' and not keeps then return false end
    if word == 'EX' then life = tonumber(words[i + 1]) * 1000 end
    if word == 'PX' then life = tonumber(words[i + 1]) end
  end
  data[key] = text(value)
  ends[key] = life and clock + life or nil
  return {ok = 'OK'}
end
function R.DEL(...)
  local n = 0
  for _, key in ipairs({...}) do
    if at(key) then n = n + 1 end
    data[key], ends[key] = nil, nil
  end
  return n
end
function R.EXISTS(key) return at(key) and 1 or 0 end
function R.EXPIRE(key, seconds)
  if not at(key) then return 0 end
  ends[key] = clock + tonumber(seconds) * 1000
  return 1
end
function R.PERSIST(key)
  if not at(key) or not ends[key] then return 0 end
  ends[key] = nil
  return 1
end

function R.HGET(key, field)
  local found = at(key)
  return found and found[text(field)] or false
end
function R.HSET(key, ...)
  local found, pairs_given, new = made(key), {...}, 0
  for i = 1, #pairs_given, 2 do
    local field = text(pairs_given[i])
    if not found[field] then new = new + 1 end
    found[field] = text(pairs_given[i + 1])
  end
  return new
end
function R.HDEL(key, field)
  local found = at(key)
  if not found or not found[field] then return 0 end
  found[field] = nil
  drop_empty(key)
  return 1
end
function R.HINCRBY(key, field, by)
  local found = made(key)
  local value = tonumber(found[field] or 0) + tonumber(by)
  found[field] = text(value)
  return value
end
function R.HGETALL(key)
  local out, found = {}, at(key)
  for _, field in ipairs(members(found)) do
    out[#out + 1] = field
    out[#out + 1] = found[field]
  end
  return out
end

function R.SCARD(key) return size(at(key)) end
function R.SISMEMBER(key, member)
  local found = at(key)
  return found and found[member] and 1 or 0
end
function R.SMISMEMBER(key, ...)
  local out = {}
  for i, member in ipairs({...}) do out[i] = R.SISMEMBER(key, member) end
  return out
end
function R.SADD(key, ...)
  local found, new = made(key), 0
  for _, member in ipairs({...}) do
    if not found[member] then
      found[member] = true
      new = new + 1
    end
  end
  return new
end
function R.SREM(key, member)
  local found = at(key)
  if not found or not found[member] then return 0 end
  found[member] = nil
  drop_empty(key)
  return 1
end
function R.SMOVE(from, to, member)
  if R.SREM(from, member) == 0 then return 0 end
  R.SADD(to, member)
  return 1
end
function R.SMEMBERS(key) return members(at(key)) end
function R.SUNIONSTORE(to, ...)
  local all = {}
  for _, key in ipairs({...}) do
    for member in pairs(at(key) or {}) do all[member] = true end
  end
  ends[to] = nil
  data[to] = next(all) and all or nil
  return size(all)
end

function R.ZADD(key, ...)
  local words = {...}
  local only, first = words[1] == 'XX', words[1] == 'XX' and 2 or 1
  local found, new = at(key), 0
  if not found and only then return 0 end
  found = made(key)
  for i = first, #words, 2 do
    local member = words[i + 1]
    if not found[member] then new = new + 1 end
    if found[member] or not only then found[member] = tonumber(words[i]) end
  end
  return only and 0 or new
end
function R.ZREM(key, member) return R.HDEL(key, member) end
function R.ZSCORE(key, member)
  local found = at(key)
  return found and found[member] and text(found[member]) or false
end
function R.ZRANGE(key, first, last)
  return part(between(at(key), '-inf', '+inf'), tonumber(first), tonumber(last))
end
function R.ZRANGEBYSCORE(key, low, high, _, offset, limit)
  local out = between(at(key), low, high)
  if not offset then return out end
  if tonumber(limit) == 0 then return {} end
  return part(out, tonumber(offset), tonumber(offset) + tonumber(limit) - 1)
end
function R.ZCOUNT(key, low, high) return #within(at(key), low, high) end
function R.ZREMRANGEBYSCORE(key, low, high)
  local gone = within(at(key), low, high)
  for _, member in ipairs(gone) do R.ZREM(key, member) end
  return #gone
end

function R.RPUSH(key, ...)
  local found = made(key)
  for _, value in ipairs({...}) do found[#found + 1] = text(value) end
  return #found
end
function R.LRANGE(key, first, last) return part(at(key) or {}, tonumber(first), tonumber(last)) end
function R.LTRIM(key, first, last)
  if at(key) then
    data[key] = part(data[key], tonumber(first), tonumber(last))
    drop_empty(key)
  end
  return {ok = 'OK'}
end
function R.XADD(key, _, _, _, _, _, event)
  published(event)
  return '0-1'
end

redis = {call = function(name, ...) return R[name](...) end}

function published(event)
  local counts = event.counts
  if counts then for i = 1, 5 do assert(counts[i] >= 0) end end
end

-- A list of replies leaves as its length and its values: one way out instead of one for each.
local function reply(value)
  if type(value) ~= 'table' or value.ok then return value end
  if #value == 0 then return 0, false end
  return #value, unpack(value)
end

function run(now, script, meta, events, ...)
  clock, KEYS, ARGV = now, {meta, events}, {...}
  return reply(script())
end

function command(now, name, ...)
  clock = now
  return reply(R[name](...))
end

function flush() data, ends = {}, {} end

-- What holds after every script: an item stands in one set of a stage; what is pending is in the
-- order; what is in processing is held by exactly one claim, and each claim has a lease.
-- Returns '' or what is wrong.
local SETS = {'pending', 'processing', 'completed', 'failed', 'cancelled'}
function wrong(now, base, first, last)
  clock = now
  if not at(base .. 'meta') then return '' end
  local held = {}
  for member in pairs(at(base .. 'leases') or {}) do
    local colon = string.find(member, ':', 1, true)
    local stage, token = string.sub(member, 1, colon - 1), string.sub(member, colon + 1)
    local claim = at(base .. 'claim:' .. token)
    if not claim then return 'a lease without a claim: ' .. member end
    for item in pairs(claim) do
      local place = stage .. ':' .. item
      if held[place] then return 'held twice: ' .. place end
      held[place] = token
    end
  end
  for stage = first, last do
    local here, pending = base .. 's' .. stage .. ':', 0
    local seen = {}
    for _, name in ipairs(SETS) do
      for item in pairs(at(here .. name) or {}) do
        if seen[item] then return item .. ' of stage ' .. stage .. ' is ' .. seen[item] .. ' and ' .. name end
        seen[item] = name
        if (name == 'processing') ~= (held[stage .. ':' .. item] ~= nil) then
          return item .. ' of stage ' .. stage .. ' is ' .. name .. ', claim: ' .. tostring(held[stage .. ':' .. item])
        end
      end
    end
    local order = at(here .. 'order') or {}
    for item in pairs(order) do
      if seen[item] ~= 'pending' then return item .. ' is in the order and ' .. tostring(seen[item]) end
    end
    if size(order) ~= size(at(here .. 'pending')) then return 'pending and not in the order' end
  end
  return ''
end
