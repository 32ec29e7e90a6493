-- tell(stage, phase, message, current, [item, permille].., '|', step JSON..): what a worker says of
-- work under way. Shares of items that are no longer in processing are dropped; 'prepare' stands
-- for what is done before a stage opens, 'opening' for the entering of its items.
local stage, i = ARGV[1], 5
if call('EXISTS', meta) == 0 then return 0 end
while ARGV[i] ~= '|' do
  if ARGV[i] == 'prepare' or ARGV[i] == 'opening'
    or call('SISMEMBER', key(stage, 'processing'), ARGV[i]) == 1 then
    call('HSET', partial, stage .. ':' .. ARGV[i], ARGV[i + 1])
  end
  i = i + 2
end
if ARGV[3] ~= '' then
  call('HSET', meta, 's' .. stage .. ':phase', ARGV[2], 's' .. stage .. ':message', ARGV[3],
    's' .. stage .. ':current', ARGV[4])
end
if i < #ARGV then
  call('RPUSH', base .. 'steps', unpack(ARGV, i + 1))
  call('LTRIM', base .. 'steps', -1000, -1)
  call('HINCRBY', meta, 'steps', #ARGV - i)
end
publish('progress', stage, {phase = ARGV[2], message = ARGV[3], current = ARGV[4]})
return 1
