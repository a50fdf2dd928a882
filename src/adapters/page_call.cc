// SPDX-License-Identifier: Apache-2.0
//
// See page_call.h. Redirects are not followed: a source that could name another would let whoever
// answers choose whom we ask.
#include "adapters/page_call.h"

#include <fmt/format.h>

#include <utility>

#include "wire/dates.h"

namespace signalbox::adapters {

namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

Refusal refused_status(const http::Response& response) {
  const std::string kind = fmt::format("status {}", response.status);
  if (response.status / 100 == 3) {
    return {kind, fmt::format("answered {}, a redirection, which is not followed; write the "
                              "address that it leads to",
                              response.status)};
  }
  if (response.status == 401 || response.status == 403) {
    return {kind, fmt::format("answered {}: it wants to know who asks", response.status)};
  }
  return {kind, fmt::format("answered {}", response.status)};
}

Result<PageAnswer, Refusal> read(http::Response response, bool may_be_missing, Heard heard) {
  const bool is_missing = may_be_missing && response.status == 404;
  if (response.status != 200 && !is_missing) return refused_status(response);
  const auto encoding = http::find_header(response.headers, "content-encoding");
  if (!encoding.empty() && encoding != "identity") {
    return Refusal{"encoding", "sent a compressed answer, which was not asked for"};
  }
  const auto date = wire::parse_http_date(http::find_header(response.headers, "date"));
  if (date) heard.unix_nanos = *date * kNanosPerSecond;
  return PageAnswer{is_missing ? std::string() : std::move(response.body),
                    std::string(http::find_header(response.headers, "content-type")), heard};
}

}  // namespace

void call_page(http::Client& client, const Page& page, std::string_view accept, Duration timeout,
               const SourceClock& clock, std::function<void(Result<PageAnswer, Refusal>)> done) {
  http::CallOptions options;
  options.timeout = timeout;
  options.connect_timeout = timeout;
  options.max_body = kMaxPageBytes;
  options.tls = page.tls;
  options.server_name = page.server_name;
  options.http2 = page.http2;
  http::Request request{"GET", page.target, {{"accept", std::string(accept)}}, {}};
  request.headers.insert(request.headers.end(), page.headers.begin(), page.headers.end());
  client.call(page.address, request, options,
              [clock, may_be_missing = page.may_be_missing,
               done = std::move(done)](Result<http::Response, http::ClientError> answer) {
                if (!answer.ok()) {
                  const auto& error = answer.error();
                  return done(Refusal{http::to_string(error.kind), error.message});
                }
                done(read(*std::move(answer), may_be_missing, {clock.now(), clock.unix_nanos()}));
              });
}

}  // namespace signalbox::adapters
