-- fill(stage, [item, status, position, attempts]..): enter items the sets do not know yet, each
-- named once. Items that are open in PostgreSQL enter pending. Returns how many were new.
-- Each command takes all items at once: one by one 100,000 of them would take a second more.
local stage, items = ARGV[1], {}
for i = 2, #ARGV, 4 do items[#items + 1] = ARGV[i] end
if #items == 0 then return 0 end
local known = {}
for _, name in ipairs(SETS) do
  for i, found in ipairs(call('SMISMEMBER', key(stage, name), unpack(items))) do
    if found == 1 then known[i] = true end
  end
end
local members, order, attempts, new = {}, {}, {}, 0
for i, item in ipairs(items) do
  if not known[i] then
    new = new + 1
    local at = 4 * i - 2
    local status = ARGV[at + 1]
    if status == 'queued' or status == 'processing' then
      status = 'pending'
      order[#order + 1] = ARGV[at + 2]
      order[#order + 1] = item
    end
    members[status] = members[status] or {}
    table.insert(members[status], item)
    if ARGV[at + 3] ~= '0' then
      attempts[#attempts + 1] = item
      attempts[#attempts + 1] = ARGV[at + 3]
    end
  end
end
for status, mine in pairs(members) do call('SADD', key(stage, status), unpack(mine)) end
if #order > 0 then call('ZADD', key(stage, 'order'), unpack(order)) end
if #attempts > 0 then call('HSET', key(stage, 'attempts'), unpack(attempts)) end
if new > 0 then publish('stage', stage) end
return new
