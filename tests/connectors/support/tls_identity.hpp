#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <unistd.h>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace sluice::connectors::test {

/// A folder that goes away with the test.
class TempFolder {
public:
    TempFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    [[nodiscard]] std::string path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(file(name)) << text;
    }

private:
    std::string path_;
};

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ServerContext = std::unique_ptr<SSL_CTX, FreeContext>;

/// A certificate authority made for the test, and a certificate of it for one host name, as PEM
/// files: ca.pem, cert.pem, key.pem.
class TlsIdentity {
public:
    explicit TlsIdentity(const std::string& host) {
        const Key ca_key(make_key());
        const Certificate ca = make_certificate("Sluice test authority", ca_key.get(), "");
        X509_sign(ca.get(), ca_key.get(), EVP_sha256());
        const Key key(make_key());
        const Certificate leaf = make_certificate(host, key.get(), "DNS:" + host);
        X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca.get()));
        X509_sign(leaf.get(), ca_key.get(), EVP_sha256());
        save(ca_file(), [&](FILE* out) { return PEM_write_X509(out, ca.get()); });
        save(cert_file(), [&](FILE* out) { return PEM_write_X509(out, leaf.get()); });
        save(key_file(), [&](FILE* out) {
            return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }

    [[nodiscard]] std::string ca_file() const { return folder_.file("ca.pem"); }
    [[nodiscard]] std::string cert_file() const { return folder_.file("cert.pem"); }
    [[nodiscard]] std::string key_file() const { return folder_.file("key.pem"); }

    /// A server context with this certificate.
    [[nodiscard]] ServerContext server_context() const {
        ServerContext context(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_use_certificate_file(context.get(), cert_file().c_str(), SSL_FILETYPE_PEM);
        SSL_CTX_use_PrivateKey_file(context.get(), key_file().c_str(), SSL_FILETYPE_PEM);
        return context;
    }

private:
    struct Free {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
        void operator()(X509* certificate) const { X509_free(certificate); }
    };
    using Key = std::unique_ptr<EVP_PKEY, Free>;
    using Certificate = std::unique_ptr<X509, Free>;

    static EVP_PKEY* make_key() { return EVP_EC_gen("P-256"); }

    static Certificate make_certificate(const std::string& name, EVP_PKEY* key,
                                        const std::string& alternative_name) {
        Certificate made(X509_new());
        X509_set_version(made.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), alternative_name.empty() ? 1 : 2);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), 24 * 3600);
        X509_set_pubkey(made.get(), key);
        X509_NAME* subject = X509_get_subject_name(made.get());
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(made.get(), subject);
        const bool authority = alternative_name.empty();
        extend(made.get(), authority ? NID_basic_constraints : NID_subject_alt_name,
               authority ? "critical,CA:TRUE" : alternative_name);
        return made;
    }
    static void extend(X509* certificate, int nid, const std::string& value) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    template <class Write>
    static void save(const std::string& path, Write write) {
        FILE* out = std::fopen(path.c_str(), "w");
        write(out);
        std::fclose(out);
    }

    TempFolder folder_;
};

}  // namespace sluice::connectors::test
