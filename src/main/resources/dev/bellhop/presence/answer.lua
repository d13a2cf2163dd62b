-- KEYS[1] the answers to one question (list). ARGV[1] how long they last, in ms; [2] one more answer.
redis.call('RPUSH', KEYS[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
