package dev.bellhop.stock;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for {@code desk.test} that only those trust who are told to. */
public final class Certificate {

    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final KeyStore trust;

    private Certificate(Path directory, KeyStore trust) {
        this.directory = directory;
        this.trust = trust;
    }

    /** Makes one for a host name, with the JDK's {@code keytool}. */
    public static Certificate of(String host, Path directory) throws IOException, GeneralSecurityException {
        Files.createDirectories(directory);
        Path made = directory.resolve("key.p12");
        Files.deleteIfExists(made);
        Shell.run(directory, List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", host,
                "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=" + host, "-ext", "san=dns:" + host, "-validity", "2",
                "-storetype", "PKCS12", "-keystore", made.toString(), "-storepass", PASSWORD));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(made)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        pem(directory.resolve("key.pem"), "PRIVATE KEY", keys.getKey(host, PASSWORD.toCharArray()).getEncoded());
        pem(directory.resolve("cert.pem"), "CERTIFICATE", keys.getCertificate(host).getEncoded());
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry(host, keys.getCertificate(host));
        try (OutputStream out = Files.newOutputStream(directory.resolve("trust.p12"))) {
            trust.store(out, PASSWORD.toCharArray());
        }
        return new Certificate(directory, trust);
    }

    private static void pem(Path file, String kind, byte[] der) throws IOException {
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + kind + "-----\n");
    }

    public Path pem() {
        return directory.resolve("cert.pem");
    }

    public Path keyPem() {
        return directory.resolve("key.pem");
    }

    /** What has a JVM trust it, and nothing else. */
    public List<String> javaOptions() {
        return List.of("-Djavax.net.ssl.trustStore=" + directory.resolve("trust.p12"), "-Djavax.net.ssl.trustStorePassword=" + PASSWORD,
                "-Djavax.net.ssl.trustStoreType=PKCS12");
    }

    SSLContext context() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trust);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
