package dev.bellhop.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.http.VerifiedLogins.Backend;
import dev.bellhop.live.TestNode;
import dev.bellhop.login.Identity;
import dev.bellhop.login.Origins;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a call with Basic costs the server, counted; on servers themselves it is tried by {@code HttpApiServerIT}. */
class ApiFilterTest {

    private static final long LASTS = TimeUnit.SECONDS.toNanos(5);

    private final AtomicLong now = new AtomicLong();
    private final ApiFilter filter = filter();
    private final List<Object> callers = new ArrayList<>();

    private String password = "right";
    private int logins;
    private int sessions;
    private int status;

    private ApiFilter filter() {
        try {
            ApiFilter made = new ApiFilter();
            Map<String, Object> injected = Map.of("origins", new Origins(TestNode.settings(new String[0])), "identity", new Identity(TestNode.settings(new String[0])),
                    "verified", new VerifiedLogins(LASTS, now::get));
            for (Map.Entry<String, Object> one : injected.entrySet()) {
                Field field = ApiFilter.class.getDeclaredField(one.getKey());
                field.setAccessible(true);
                field.set(made, one.getValue());
            }
            return made;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One call, of which the server makes what a server does. */
    private void call(String name, String with) {
        Map<String, Object> attributes = new HashMap<>();
        Principal[] principal = {null};
        HttpServletRequest request = of(HttpServletRequest.class, (method, arguments) -> switch (method) {
            case "getMethod" -> "GET";
            case "getContextPath" -> "/bellhop";
            case "getRequestURI" -> "/bellhop/api/messages";
            case "getHeader" -> arguments[0].equals("Authorization")
                    ? "Basic " + Base64.getEncoder().encodeToString((name + ':' + with).getBytes(StandardCharsets.UTF_8)) : null;
            case "getHeaders" -> java.util.Collections.emptyEnumeration();
            case "getContentType" -> null;
            case "getSession" -> {
                sessions += arguments == null || arguments[0].equals(true) ? 1 : 0;
                yield arguments == null || arguments[0].equals(true) ? of(HttpSession.class, (none, nothing) -> null) : null;
            }
            case "getUserPrincipal" -> principal[0];
            case "isUserInRole" -> principal[0] != null && arguments[0].equals("bellhop-publisher");
            case "login" -> {
                logins++;
                if (!arguments[1].equals(password)) {
                    throw new ServletException("wrong");
                }
                principal[0] = () -> (String) arguments[0];
                yield null;
            }
            case "logout" -> {
                principal[0] = null;
                yield null;
            }
            case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
            default -> attributes.get("dev.bellhop.backend");
        });
        status = 200;
        HttpServletResponse response = of(HttpServletResponse.class, (method, arguments) -> switch (method) {
            case "setStatus" -> status = (Integer) arguments[0];
            case "getWriter" -> new PrintWriter(new StringWriter());
            default -> null;
        });
        FilterChain chain = of(FilterChain.class, (method, arguments) -> callers.add(attributes.get("dev.bellhop.backend")));
        try {
            filter.doFilter(request, response, chain);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Answer {
        Object to(String method, Object[] arguments) throws Exception;
    }

    private static <T> T of(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> answer.to(method.getName(), arguments)));
    }

    @Test
    void aBackendThatCallsAgainCostsTheServerNeitherALoginNorAnHttpSession() {
        call("shop", "right");
        int first = sessions;
        for (int i = 0; i < 100; i++) {
            call("shop", "right");
        }
        assertThat(logins).isEqualTo(1);
        assertThat(sessions).isEqualTo(first);
        assertThat(callers).hasSize(101).allMatch(new Backend("shop", Set.of("bellhop-publisher"))::equals);
    }

    @Test
    void aWrongPasswordIsAskedOfTheServerEachTimeAndHarmsNobody() {
        call("shop", "right");
        for (int i = 0; i < 3; i++) {
            call("shop", "wrong");
            assertThat(status).isEqualTo(401);
        }
        assertThat(logins).isEqualTo(4);
        call("shop", "right");
        assertThat(status).isEqualTo(200);
        assertThat(callers).hasSize(2);
    }

    @Test
    void aPasswordThatWasChangedIsNoticedAfterSomeSeconds() {
        call("shop", "right");
        password = "new";
        call("shop", "right");
        assertThat(status).isEqualTo(200);
        now.addAndGet(LASTS);
        call("shop", "right");
        assertThat(status).isEqualTo(401);
        call("shop", "new");
        assertThat(status).isEqualTo(200);
    }
}
