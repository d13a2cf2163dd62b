-- A node has counted. ARGV[2] and on: the entry's fields and their values.
redis.call('XADD', history, 'MINID', '~', since, '*', unpack(ARGV, 2))
return redis.call('PEXPIRE', history, ARGV[1])
