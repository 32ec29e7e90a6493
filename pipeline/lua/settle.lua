-- settle(stage, token, ms, n, [item, outcome] * n, [child, position]..): PostgreSQL has the
-- outcomes; move the items to their sets and enter the children into the next stage. Items that
-- this token no longer holds stay where they are, but for those that a cancel took away after their
-- outcome was stored. Children enter in any case: they are stored; but
-- once only, or a call that is sent again would reopen a child that has ended since.
-- Returns {lost, drained, new children}.
local stage, token, ms, n = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local lost, settled, child_stage = 0, {}, tonumber(stage) + 1
for i = 5, 4 + 2 * n, 2 do
  local item, outcome = ARGV[i], ARGV[i + 1]
  local held = call('SREM', claim_key(token), item) == 1
  if held or call('SISMEMBER', key(stage, 'cancelled'), item) == 1 then
    call('SMOVE', key(stage, held and 'processing' or 'cancelled'), key(stage, outcome), item)
    call('HDEL', key(stage, 'attempts'), item)
    call('HDEL', key(stage, 'deaths'), item)
    call('SREM', key(stage, 'alone'), item)
    call('HDEL', partial, stage .. ':' .. item)
    settled[outcome] = settled[outcome] or {}
    table.insert(settled[outcome], item)
  end
  if not held then lost = lost + 1 end
end
end_if_empty(stage, token)
if n > lost then
  call('HINCRBY', meta, 's' .. stage .. ':ms', ms)
  call('HINCRBY', meta, 's' .. stage .. ':timed', n - lost)
end
for outcome, items in pairs(settled) do publish('items', stage, {items = items, status = outcome}) end

local entered = {}
local first_time = #ARGV > 4 + 2 * n and call('EXISTS', meta) == 1
  and call('SET', base .. 'settled:' .. token, 1, 'NX', 'EX', 60)
if first_time then
  for i = 5 + 2 * n, #ARGV, 2 do
    local child = ARGV[i]
    local where = set_of(child_stage, child)
    if where ~= 'pending' and where ~= 'processing' then
      if where then call('SREM', key(child_stage, where), child) end
      call('SADD', key(child_stage, 'pending'), child)
      call('ZADD', key(child_stage, 'order'), ARGV[i + 1], child)
      entered[#entered + 1] = child
    end
  end
end
if #entered > 0 then publish('items', child_stage, {items = entered, status = 'queued'}) end
local open = call('SCARD', key(stage, 'pending')) + call('SCARD', key(stage, 'processing'))
return {lost, open == 0 and 1 or 0, #entered}
