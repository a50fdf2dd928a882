// SPDX-License-Identifier: Apache-2.0
//
// See credentials.h.
#include "kube/credentials.h"

#include <optional>
#include <utility>

#include "kube/exec_credentials.h"
#include "kube/small_file.h"

namespace signalbox::kube {

namespace {

class FixedToken final : public Credentials {
 public:
  explicit FixedToken(std::string token) : credential_{.token = std::move(token)} {}
  void get(Ready ready) override { ready(credential_); }
  void renew() override {}

 private:
  const Credential credential_;
};

// client-go reads such files once a minute, and kubelet renews them long before they run out.
class TokenFile final : public Credentials {
 public:
  TokenFile(Schedule& schedule, std::string path) : schedule_(schedule), path_(std::move(path)) {}

  void get(Ready ready) override {
    if (!credential_ || is_stale_ || schedule_.now() - read_at_ >= kFresh) read();
    ready(*credential_);
  }
  void renew() override { is_stale_ = true; }

 private:
  static constexpr Duration kFresh = 60s;

  void read() {
    read_at_ = schedule_.now();
    is_stale_ = false;
    auto text = read_small_file(path_);
    if (!text.ok()) {
      // A file that is being replaced is back in a moment; what it said holds until then.
      if (!credential_ || !credential_->ok()) credential_ = Result<Credential>(text.error());
      return;
    }
    while (!text->empty() && static_cast<unsigned char>(text->back()) <= ' ') text->pop_back();
    credential_ = text->empty() ? Result<Credential>(Error{path_ + " holds no token"})
                                : Result<Credential>(Credential{.token = std::move(*text)});
  }

  Schedule& schedule_;
  const std::string path_;
  TimePoint read_at_{};
  bool is_stale_ = false;
  std::optional<Result<Credential>> credential_;
};

}  // namespace

std::unique_ptr<Credentials> credentials_of(asio::io_context& io, Schedule& schedule,
                                            const Access& access) {
  if (access.exec) return std::make_unique<ExecCredentials>(io, schedule, access);
  if (!access.token_file.empty()) return std::make_unique<TokenFile>(schedule, access.token_file);
  return std::make_unique<FixedToken>(access.token);
}

}  // namespace signalbox::kube
