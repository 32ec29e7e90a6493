-- forget(): the run is not what PostgreSQL knows, which went back to an older backup or has it no
-- more. All of it goes, and the account's clients load everything anew.
for _, member in ipairs(call('ZRANGE', leases, 0, -1)) do
  call('DEL', claim_key(string.sub(member, string.find(member, ':', 1, true) + 1)))
end
for stage = tonumber(call('HGET', meta, 'first') or 1), tonumber(call('HGET', meta, 'last') or 0) do
  for _, name in ipairs(SETS) do call('DEL', key(stage, name)) end
  for _, name in ipairs({'order', 'attempts', 'deaths', 'alone'}) do call('DEL', key(stage, name)) end
end
call('DEL', meta, leases, slots, partial, base .. 'steps', base .. 'preparing', events .. ':epoch')
return 1
