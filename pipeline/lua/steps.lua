-- steps(): the run's step log as far as it is kept, and how many steps there have been: {number,
-- steps}. {} when Redis does not know the run.
if call('EXISTS', meta) == 0 then return {} end
return {tonumber(call('HGET', meta, 'steps') or 0), call('LRANGE', base .. 'steps', 0, -1)}
