package dev.bellhop.http;

import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.List;

/** Gives every refusal the same form, the server's own included. */
public class ProblemMapper implements ExceptionMapper<Throwable> {
    private static final System.Logger LOG = System.getLogger(ProblemMapper.class.getName());

    @Override
    public Response toResponse(Throwable failure) {
        if (failure instanceof WebApplicationException e && e.getResponse().getStatus() < 400) {
            return e.getResponse(); // no failure: some servers answer OPTIONS in this way
        }
        Problem problem = problem(failure);
        Response.ResponseBuilder answer = Response.status(problem.code().status()).type(Problem.TYPE).entity(problem.json());
        if (failure instanceof WebApplicationException e) {
            for (String header : List.of("Allow", "WWW-Authenticate")) {
                String value = e.getResponse().getHeaderString(header);
                if (value != null) {
                    answer.header(header, value);
                }
            }
        }
        if (problem.retryAfter() != null) {
            answer.header("Retry-After", problem.retryAfter());
        }
        return answer.build();
    }

    static Problem problem(Throwable failure) {
        if (failure instanceof Problem problem) {
            return problem;
        }
        if (failure instanceof WebApplicationException e) {
            int status = e.getResponse().getStatus();
            for (Code code : Code.values()) {
                if (code.status() == status) {
                    return new Problem(code, Response.Status.fromStatusCode(status).getReasonPhrase());
                }
            }
            if (status / 100 == 4) {
                return new Problem(Code.BAD_MESSAGE, "the request cannot be read");
            }
        }
        LOG.log(System.Logger.Level.ERROR, "A call of the HTTP API failed. Please report this.", failure);
        return new Problem(Code.INTERNAL, "the log says why");
    }
}
