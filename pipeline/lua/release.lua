-- release(stage, token, delay_ms, refund, alone, item..): give items back to pending, due after the
-- delay; refund '1' does not count the attempt; alone '1' has each claimed without others from now
-- on. Returns how many this token still held.
local stage, token, delay, refund = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local given = {}
for i = 6, #ARGV do
  local item = ARGV[i]
  if call('SREM', claim_key(token), item) == 1 then
    to_pending(stage, item, delay > 0 and now + delay or 0)
    if ARGV[5] == '1' then call('SADD', key(stage, 'alone'), item) end
    if refund then call('HINCRBY', key(stage, 'attempts'), item, -1) end
    given[#given + 1] = item
  end
end
end_if_empty(stage, token)
if #given > 0 then publish('items', stage, {items = given, status = 'queued'}) end
return #given
