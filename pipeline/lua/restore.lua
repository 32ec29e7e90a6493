-- restore(version, stage, [item, outcome]..): the run has ended, and these items of it stand where
-- PostgreSQL has them; claims that still hold any lose it. Does nothing in a run that goes on, or
-- whose version is another one by now. Returns how many moved.
local status = call('HGET', meta, 'status')
if call('HGET', meta, 'version') ~= ARGV[1] or status == 'running' or status == 'paused' then return 0 end
local stage, moved, holders = ARGV[2], 0, {}
for _, member in ipairs(call('ZRANGE', leases, 0, -1)) do
  local colon = string.find(member, ':', 1, true)
  if string.sub(member, 1, colon - 1) == stage then holders[#holders + 1] = string.sub(member, colon + 1) end
end
for i = 3, #ARGV, 2 do
  local item, outcome = ARGV[i], ARGV[i + 1]
  local where = set_of(stage, item)
  if where ~= outcome then
    if where then call('SREM', key(stage, where), item) end
    call('ZREM', key(stage, 'order'), item)
    call('HDEL', partial, stage .. ':' .. item)
    for _, token in ipairs(holders) do call('SREM', claim_key(token), item) end
    call('SADD', key(stage, outcome), item)
    moved = moved + 1
  end
end
for _, token in ipairs(holders) do end_if_empty(stage, token) end
if moved > 0 then publish('stage', stage) end
return moved
