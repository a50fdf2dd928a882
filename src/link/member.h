// SPDX-License-Identifier: Apache-2.0
//
// A controller's side of one call: who the gateway is, and what it has been told. Internal to the
// room.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/scale/slot_leases.h"
#include "http/grpc_server.h"
#include "link/link_server.h"
#include "link/report_codec.h"

namespace signalbox::link {

class Member final : public http::GrpcHandler {
 public:
  // `server` empties when the server is gone.
  Member(std::shared_ptr<http::GrpcCall> call, std::weak_ptr<LinkServer*> server);
  ~Member() override;

  // Queues it, unless so much waits already that the whole is cheaper: then behind() is true.
  void tell(const v1::ToGateway& message);
  void end(wire::GrpcCode code, const std::string& why);
  bool behind() const { return behind_; }
  // The whole is told to one that lost the thread, or fell behind and has room again.
  bool wants_whole() const;

  bool on_message(std::string_view bytes) override;
  void on_end() override;
  void on_sendable() override;
  void on_cancelled() override;

  RouterId id;
  std::string name;
  bool greeted = false;   // it said who it is
  bool observer = false;  // it holds no leases
  bool lost = true;       // it is to be told the whole
  std::uint64_t knows_spec = 0;
  TimePoint heard{};
  ReportDecoder reports;

 private:
  LinkServer* server() const;

  std::shared_ptr<http::GrpcCall> call_;
  std::weak_ptr<LinkServer*> server_;
  bool behind_ = false;
};

}  // namespace signalbox::link
