package dev.bellhop.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HexFormat;

/** This node's name: the host's, and a random part that is new with each deployment. */
@SingleInstance
public class Node {
    private final String name = host() + '-' + random();

    public String name() {
        return name;
    }

    private static String host() {
        String host = System.getenv("HOSTNAME");
        try {
            host = host == null ? InetAddress.getLocalHost().getHostName() : host;
        } catch (UnknownHostException noName) {
            host = "node";
        }
        String clean = host.replaceAll("[^A-Za-z0-9._-]", "");
        return clean.substring(0, Math.min(clean.length(), 40));
    }

    private static String random() {
        byte[] bytes = new byte[4];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
