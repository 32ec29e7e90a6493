-- fill(stage, [item, status, position, attempts]..): enter items the sets do not know yet.
-- Items that are open in PostgreSQL enter pending. Returns how many were new.
local stage, new = ARGV[1], 0
for i = 2, #ARGV, 4 do
  local item, status = ARGV[i], ARGV[i + 1]
  if not set_of(stage, item) then
    new = new + 1
    if status == 'queued' or status == 'processing' then
      call('SADD', key(stage, 'pending'), item)
      call('ZADD', key(stage, 'order'), ARGV[i + 2], item)
    else
      call('SADD', key(stage, status), item)
    end
    if ARGV[i + 3] ~= '0' then call('HSET', key(stage, 'attempts'), item, ARGV[i + 3]) end
  end
end
if new > 0 then publish('stage', stage) end
return new
