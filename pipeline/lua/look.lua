-- look(): what the keeper needs to know. {} when Redis does not know the run, else {status,
-- version, free slots, ms since the last claim, [stage, status, due, open]..}
local status = call('HGET', meta, 'status')
if not status then return {} end
local free = tonumber(call('HGET', meta, 'concurrency')) - at_work()
local out = {status, tonumber(call('HGET', meta, 'version')), free,
  now - tonumber(call('HGET', meta, 'claimed_at') or 0)}
for stage = tonumber(call('HGET', meta, 'first')), tonumber(call('HGET', meta, 'last')) do
  out[#out + 1] = tonumber(stage)
  out[#out + 1] = call('HGET', meta, 's' .. stage) or 'waiting'
  out[#out + 1] = call('ZCOUNT', key(stage, 'order'), '-inf', now)
  out[#out + 1] = call('SCARD', key(stage, 'pending')) + call('SCARD', key(stage, 'processing'))
end
return out
