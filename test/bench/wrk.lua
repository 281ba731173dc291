-- For wrk: asks for the same thing DEPTH times in one write, and prints its result as one line of JSON.
-- Arguments behind "--": DEPTH
local batch

function init(args)
  local requests = {}
  for i = 1, tonumber(args[1]) do
    requests[i] = wrk.format()
  end
  batch = table.concat(requests)
end

function request()
  return batch
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    'RESULT {"requests":%d,"octets":%d,"seconds":%.6f,"failed":%d,"refused":%d,"p50":%.4f,"p99":%.4f}\n',
    summary.requests, summary.bytes, summary.duration / 1e6, failed, summary.errors.status,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
