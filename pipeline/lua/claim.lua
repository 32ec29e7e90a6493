-- claim(turn, token, lease_ms, [stage, batch]..): take up to `batch` due items of the first stage
-- listed that has any. The same token asking again gets the same items. A turn works in one slot of
-- the run, which it takes with its first claim and keeps until it leaves or its lease ends.
-- Returns {'OK', stage, pending, processing, ended, version, [item, attempt, deaths]..} or {why not}:
-- UNKNOWN, a status that is not running, FULL (all slots are taken), NONE (nothing is due).
local turn, token, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local function answer(stage, items)
  local c = counts(stage)
  local out = {'OK', tonumber(stage), c[1], c[2], c[3] + c[4] + c[5]}
  out[6] = tonumber(call('HGET', meta, 'version') or 0)
  for _, item in ipairs(items) do
    out[#out + 1] = item
    out[#out + 1] = tonumber(call('HGET', key(stage, 'attempts'), item) or 0)
    out[#out + 1] = tonumber(call('HGET', key(stage, 'deaths'), item) or 0)
  end
  return out
end

for i = 4, #ARGV, 2 do
  if call('ZSCORE', leases, ARGV[i] .. ':' .. token) then
    return answer(ARGV[i], call('SMEMBERS', claim_key(token)))
  end
end
local status = call('HGET', meta, 'status')
if not status then return {'UNKNOWN'} end
if status ~= 'running' then return {status} end
call('ZREMRANGEBYSCORE', slots, '-inf', now)
local has_slot = call('ZSCORE', slots, turn)
if not has_slot and at_work() >= tonumber(call('HGET', meta, 'concurrency')) then return {'FULL'} end

for i = 4, #ARGV, 2 do
  local stage, batch = ARGV[i], ARGV[i + 1]
  local due = call('ZRANGEBYSCORE', key(stage, 'order'), '-inf', now, 'LIMIT', 0, batch)
  local taken = {}
  for _, item in ipairs(due) do
    local alone = call('SISMEMBER', key(stage, 'alone'), item) == 1
    if alone and #taken > 0 then break end
    taken[#taken + 1] = item
    if alone then break end
  end
  if #taken > 0 then
    for _, item in ipairs(taken) do
      call('ZREM', key(stage, 'order'), item)
      call('SMOVE', key(stage, 'pending'), key(stage, 'processing'), item)
      call('HINCRBY', key(stage, 'attempts'), item, 1)
      call('SADD', claim_key(token), item)
    end
    call('ZADD', leases, now + lease, stage .. ':' .. token)
    call('ZADD', slots, now + lease, turn)
    call('HSET', meta, 'claimed_at', now)
    publish('items', stage, {items = taken, status = 'processing'})
    return answer(stage, taken)
  end
end
return {'NONE'}
