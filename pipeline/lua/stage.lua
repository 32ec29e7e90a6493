-- stage(stage, status): the stage is open (all its items are entered) or closed.
if call('EXISTS', meta) == 0 or call('HGET', meta, 's' .. ARGV[1]) == ARGV[2] then return 0 end
call('HSET', meta, 's' .. ARGV[1], ARGV[2])
publish('stage', ARGV[1], {status = ARGV[2]})
return 1
