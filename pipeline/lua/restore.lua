-- restore(version, stage, [item, status, position]..): the run has ended, and these items of it
-- stand where PostgreSQL has them; claims that still hold any that ended lose it. What is open
-- there, in a run that failed, waits for Resume: pending, unless a claim that is over holds it.
-- Does nothing in a run that goes on, or whose version is another one by now. Returns how many moved.
local status = call('HGET', meta, 'status')
if call('HGET', meta, 'version') ~= ARGV[1] or status == 'running' or status == 'paused' then return 0 end
local stage, moved, waiting, holders = ARGV[2], 0, false, {}
for _, member in ipairs(call('ZRANGE', leases, 0, -1)) do
  local colon = string.find(member, ':', 1, true)
  if string.sub(member, 1, colon - 1) == stage then holders[#holders + 1] = string.sub(member, colon + 1) end
end
for i = 3, #ARGV, 3 do
  local item, name = ARGV[i], ARGV[i + 1]
  local open = name == 'queued' or name == 'processing'
  if open then name = 'pending' end
  local where = set_of(stage, item)
  if where ~= name and not (open and where == 'processing') then
    if where then call('SREM', key(stage, where), item) end
    if open then
      waiting = true
      call('ZADD', key(stage, 'order'), ARGV[i + 2], item)
    else
      call('ZREM', key(stage, 'order'), item)
      call('HDEL', partial, stage .. ':' .. item)
      for _, token in ipairs(holders) do call('SREM', claim_key(token), item) end
    end
    call('SADD', key(stage, name), item)
    moved = moved + 1
  end
end
for _, token in ipairs(holders) do end_if_empty(stage, token) end
if waiting then call('HSET', meta, 's' .. stage, 'open') end
if moved > 0 then publish('stage', stage, waiting and {status = 'open'} or nil) end
return moved
