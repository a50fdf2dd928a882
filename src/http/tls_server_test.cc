// SPDX-License-Identifier: Apache-2.0
//
// The server over TLS: the same answers, whose certificate it was, and nothing for those who do not
// shake hands.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "http/server.h"
#include "http/tls_loopback.h"
#include "net/test_certificates.h"

namespace signalbox::http {
namespace {

using net::testing::Authority;
using net::testing::ScratchFolder;

// Answers with the common name of the client's certificate.
void tell_who(const Request& request, const std::shared_ptr<Responder>& responder) {
  responder->send({.body = request.peer == nullptr ? "nobody" : request.peer->common_name});
}

class TlsServing : public ::testing::Test {
 protected:
  TlsServing() {
    net::TlsServerOptions options;
    options.certificates = {authority_.issue(folder_, "server", {})};
    options.client_ca_file = ca_;
    options.client_certificate = net::ClientCertificate::kRequest;
    auto tls = net::TlsServer::make(options);
    EXPECT_TRUE(tls.ok()) << (tls.ok() ? "" : tls.error().message);
    server_.use_tls(*tls);
    auto bound = server_.listen({"127.0.0.1", 0});
    EXPECT_TRUE(bound.ok());
    address_ = *bound;
  }

  std::string ask(const net::TlsFiles& own) {
    return testing::ask_over_tls(io_, address_, {.ca_file = ca_, .own = own},
                                 "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  }

  asio::io_context io_;
  ScratchFolder folder_;
  Authority authority_;
  std::string ca_ = folder_.write("ca.pem", authority_.pem());
  Server server_{io_, tell_who, {.header_timeout = 200ms}};
  core::Address address_;
};

TEST_F(TlsServing, the_handler_is_told_whose_certificate_it_was) {
  const auto own = authority_.issue(folder_, "alice", {.common_name = "alice", .names = ""});
  EXPECT_TRUE(ask(own).ends_with("\r\n\r\nalice"));
  EXPECT_TRUE(ask({}).ends_with("\r\n\r\nnobody"));
}

TEST_F(TlsServing, who_speaks_in_clear_or_not_at_all_gets_no_answer) {
  for (const char* said : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""}) {
    asio::ip::tcp::socket client(io_);
    client.connect({asio::ip::make_address(address_.host), address_.port});
    client.write_some(asio::buffer(std::string(said)));
    std::string got, buffer(4096, '\0');
    std::function<void()> read = [&] {
      client.async_read_some(asio::buffer(buffer), [&](error_code ec, std::size_t size) {
        got.append(buffer.data(), size);
        if (!ec) return read();
        io_.stop();
      });
    };
    read();
    io_.restart();
    io_.run();
    EXPECT_EQ(got.find("HTTP"), std::string::npos) << got;
  }
  EXPECT_EQ(server_.open_connections(), 0U);
}

}  // namespace
}  // namespace signalbox::http
