-- reopen(stage, [item, position]..): PostgreSQL has these items open again (a person's retry).
-- They go to pending from wherever they are. The bar may fall now. Returns how many moved.
local stage, moved = ARGV[1], {}
for i = 2, #ARGV, 2 do
  local item = ARGV[i]
  local where = set_of(stage, item)
  if where ~= 'pending' and where ~= 'processing' then
    if where then call('SREM', key(stage, where), item) end
    call('SADD', key(stage, 'pending'), item)
    call('ZADD', key(stage, 'order'), ARGV[i + 1], item)
    call('HDEL', key(stage, 'attempts'), item)
    call('HDEL', key(stage, 'deaths'), item)
    call('SREM', key(stage, 'alone'), item)
    moved[#moved + 1] = item
  end
end
if #moved > 0 then
  call('HDEL', meta, 'best')
  publish('items', stage, {items = moved, status = 'queued'})
end
return #moved
