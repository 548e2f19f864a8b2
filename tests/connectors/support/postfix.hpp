#pragma once

#include "tests/connectors/support/child_process.hpp"
#include "tests/connectors/support/tls_identity.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <filesystem>
#include <memory>
#include <string>

namespace sluice::connectors::test {

/// A Postfix of its own in a temporary folder: one STARTTLS port on loopback, everything accepted
/// is discarded, and the recipients of the access table are refused. Postfix's master wants root.
class Postfix {
public:
    static bool possible() {
        return ::geteuid() == 0 && ::getpwnam("postfix") != nullptr &&
               ::getgrnam("postdrop") != nullptr &&
               std::filesystem::exists("/usr/lib/postfix/sbin/master");
    }

    /// `access` holds lines such as "gone@example.org 550 5.1.1 no such user".
    Postfix(const TlsIdentity& identity, const std::string& access) {
        ::chmod(folder_.path().c_str(), 0755);
        make_folders();
        folder_.write("access", access);
        port_ = free_port();
        folder_.write("config/main.cf", main_cf(identity));
        folder_.write("config/master.cf", master_cf());
        process_ = std::make_unique<ChildProcess>(std::vector<std::string>{
            "/usr/bin/env", "MAIL_CONFIG=" + folder_.file("config"), "MAIL_LOGTAG=sluice-test",
            "/usr/lib/postfix/sbin/master", "-c", folder_.file("config"), "-d"});
        running_ = process_->wait_for_port(port_);
    }
    [[nodiscard]] bool running() const { return running_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    void make_folders() {
        const passwd* owner = ::getpwnam("postfix");
        const group* drop = ::getgrnam("postdrop");
        for (const char* name : {"config", "queue", "queue/etc", "queue/pid"}) {
            std::filesystem::create_directory(folder_.file(name));
        }
        for (const char* name : {"data", "queue/active", "queue/bounce", "queue/corrupt",
                                 "queue/defer", "queue/deferred", "queue/flush", "queue/hold",
                                 "queue/incoming", "queue/private", "queue/saved", "queue/trace"}) {
            std::filesystem::create_directory(folder_.file(name));
            own(name, owner->pw_uid, owner->pw_gid, 0700);
        }
        for (const char* name : {"queue/maildrop", "queue/public"}) {
            std::filesystem::create_directory(folder_.file(name));
            own(name, owner->pw_uid, drop->gr_gid, 0730);
        }
    }
    void own(const std::string& name, uid_t user, gid_t its_group, mode_t mode) {
        if (::chown(folder_.file(name).c_str(), user, its_group) == 0) {
            ::chmod(folder_.file(name).c_str(), mode);
        }
    }
    [[nodiscard]] std::string main_cf(const TlsIdentity& identity) const {
        return "compatibility_level = 3.6\n"
               "queue_directory = " +
               folder_.file("queue") +
               "\n"
               "data_directory = " +
               folder_.file("data") +
               "\n"
               "daemon_directory = /usr/lib/postfix/sbin\n"
               "command_directory = /usr/sbin\n"
               "mail_owner = postfix\nsetgid_group = postdrop\n"
               "myhostname = mail.test\nmydestination =\ninet_protocols = ipv4\n"
               "inet_interfaces = 127.0.0.1\nmynetworks = 127.0.0.0/8\n"
               "default_transport = discard\nrelay_transport = discard\nlocal_transport = discard\n"
               "alias_maps =\nalias_database =\nlocal_recipient_maps =\n"
               "disable_dns_lookups = yes\nsmtpd_peername_lookup = no\n"
               "smtpd_recipient_restrictions = check_recipient_access texthash:" +
               folder_.file("access") +
               ", permit_mynetworks, reject\n"
               "smtpd_tls_security_level = may\n"
               "smtpd_tls_cert_file = " +
               identity.cert_file() +
               "\n"
               "smtpd_tls_key_file = " +
               identity.key_file() + "\n";
    }
    [[nodiscard]] std::string master_cf() const {
        return "127.0.0.1:" + std::to_string(port_) +
               " inet n - n - - smtpd\n"
               "cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n"
               "tlsmgr unix - - n 1000? 1 tlsmgr\nrewrite unix - - n - - trivial-rewrite\n"
               "bounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n"
               "trace unix - - n - 0 bounce\nflush unix n - n 1000? 0 flush\n"
               "proxymap unix - - n - - proxymap\nerror unix - - n - - error\n"
               "discard unix - - n - - discard\nanvil unix - - n - 1 anvil\n";
    }

    TempFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> process_;
    bool running_ = false;
};

}  // namespace sluice::connectors::test
