-- snapshot(): all that progress is made of, in one call: {meta fields, [counts of first..last],
-- [stage:item, permille].., newest steps, ms}. Costs the same for any number of
-- items.
local fields = call('HGETALL', meta)
if #fields == 0 then return {} end
local all = {}
for stage = tonumber(call('HGET', meta, 'first')), tonumber(call('HGET', meta, 'last')) do
  all[#all + 1] = counts(stage)
end
return {fields, all, call('HGETALL', partial), call('LRANGE', base .. 'steps', -50, -1), now}
