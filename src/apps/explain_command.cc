// SPDX-License-Identifier: Apache-2.0
//
// `signalbox explain ID`: asks a running gateway's operator page for the story of one request.
#include <fmt/format.h>

#include "apps/addresses.h"
#include "apps/commands.h"
#include "apps/exit_code.h"
#include "http/client.h"

namespace signalbox::apps {

int explain_command(const ExplainOptions& options) {
  const auto admin = parse_address(options.admin);
  if (!admin.ok()) {
    fmt::print(stderr, "signalbox explain: --admin: {}\n", admin.error().message);
    return kExitBadUsage;
  }
  http::Request request;
  request.target = fmt::format("/explain/{}{}", options.id, options.json ? "" : "?format=text");
  const auto answer = http::call_blocking(*admin, request);
  if (!answer.ok()) {
    fmt::print(stderr,
               "signalbox explain: no answer from the operator's page at {}: {}\n"
               "Is `signalbox serve` running? Its configuration names the page: gateway.admin.\n",
               options.admin, answer.error().message);
    return kExitFailed;
  }
  if (answer->status != 200) {
    fmt::print(stderr, "signalbox explain: {}", answer->body);
    return kExitFailed;
  }
  fmt::print("{}", answer->body);
  return kExitOk;
}

}  // namespace signalbox::apps
