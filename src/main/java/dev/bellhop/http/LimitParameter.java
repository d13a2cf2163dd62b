package dev.bellhop.http;

import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;

/** The {@code limit} of lists. */
final class LimitParameter {
    private LimitParameter() {}

    /** @throws Problem if it is not a number from 1 to the most that is allowed */
    static int parse(String limit, int most) {
        try {
            int number = Integer.parseInt(limit);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw refused(most);
        }
        throw refused(most);
    }

    private static Problem refused(int most) {
        return new Problem(Code.BAD_MESSAGE, "limit must be a whole number from 1 to " + most);
    }
}
