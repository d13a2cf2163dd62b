package dev.bellhop.http;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The security constraints of a {@code web.xml}, and how the application logs in.
 *
 * <p>Why read from the file: no interface of Jakarta EE tells them.
 *
 * @param authMethod of the {@code login-config}; null: none
 */
record Constraints(List<Constraint> all, String authMethod) {

    /**
     * One collection of addresses.
     *
     * @param patterns  its {@code url-pattern}s
     * @param methods   the HTTP methods it is for; empty: all but {@code omitted}
     * @param omitted   the HTTP methods it is not for
     * @param withLogin whether only who has logged in gets there
     */
    record Constraint(Set<String> patterns, Set<String> methods, Set<String> omitted, boolean withLogin) {

        private boolean covers(String method) {
            return methods.isEmpty() ? !omitted.contains(method) : methods.contains(method);
        }
    }

    /**
     * Reads a {@code web.xml}.
     *
     * @throws XMLStreamException if it is no XML
     */
    static Constraints parse(InputStream webXml) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false); // why: old ones name a DTD on a site of the Internet
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader xml = factory.createXMLStreamReader(webXml);
        List<Constraint> all = new ArrayList<>();
        String authMethod = null;
        while (xml.hasNext()) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "security-constraint" -> all.addAll(constraint(xml));
                    case "auth-method" -> authMethod = xml.getElementText().strip();
                    default -> { } // nothing about constraints
                }
            }
        }
        return new Constraints(all, authMethod);
    }

    private static List<Constraint> constraint(XMLStreamReader xml) throws XMLStreamException {
        List<List<Set<String>>> collections = new ArrayList<>();
        boolean withLogin = false;
        while (!(xml.next() == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("security-constraint"))) {
            if (xml.isStartElement()) {
                switch (xml.getLocalName()) {
                    case "web-resource-collection" -> collections.add(List.of(new java.util.HashSet<>(), new java.util.HashSet<>(), new java.util.HashSet<>()));
                    case "url-pattern" -> collections.get(collections.size() - 1).get(0).add(xml.getElementText().strip());
                    case "http-method" -> collections.get(collections.size() - 1).get(1).add(xml.getElementText().strip());
                    case "http-method-omission" -> collections.get(collections.size() - 1).get(2).add(xml.getElementText().strip());
                    case "auth-constraint" -> withLogin = true;
                    default -> { } // names and descriptions
                }
            }
        }
        boolean login = withLogin;
        return collections.stream().map(sets -> new Constraint(sets.get(0), sets.get(1), sets.get(2), login)).toList();
    }

    /** Whether a request to this path of the application, from somebody who has not logged in, is answered with the login page. */
    boolean showLogin(String method, String path) {
        if (!"FORM".equalsIgnoreCase(authMethod)) {
            return false; // then it is answered with 401, or with 403
        }
        Optional<String> best = all.stream().flatMap(constraint -> constraint.patterns().stream()).filter(pattern -> matches(pattern, path))
                .max(Comparator.comparingInt(pattern -> rank(pattern, path)));
        List<Constraint> there = best.stream().flatMap(pattern -> all.stream().filter(constraint -> constraint.patterns().contains(pattern)))
                .filter(constraint -> constraint.covers(method)).toList();
        return !there.isEmpty() && there.stream().allMatch(Constraint::withLogin);
    }

    private static boolean matches(String pattern, String path) {
        if (pattern.endsWith("/*")) {
            String prefix = pattern.substring(0, pattern.length() - 2);
            return path.equals(prefix) || path.startsWith(prefix + '/');
        }
        return pattern.equals(path) || pattern.equals("/") || (pattern.startsWith("*.") && path.endsWith(pattern.substring(1)));
    }

    /** The order of Servlet 6.0, 12.1: the path itself, the longest prefix, the extension, the rest. */
    private static int rank(String pattern, String path) {
        if (pattern.equals(path)) {
            return Integer.MAX_VALUE;
        }
        return pattern.endsWith("/*") ? 1 + pattern.length() : pattern.startsWith("*.") ? 1 : 0;
    }
}
