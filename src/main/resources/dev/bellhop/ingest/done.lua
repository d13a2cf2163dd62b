-- Takes entries out of the ingest stream that are in their inboxes. KEYS[1] ingest stream; ARGV the entries
redis.call('XACK', KEYS[1], 'bellhop', unpack(ARGV))
return redis.call('XDEL', KEYS[1], unpack(ARGV))
