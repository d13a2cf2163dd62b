package dev.bellhop.stock.desk;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;

/**
 * The application's logout. {@code ?how=logout} and {@code ?how=invalidate} do the half of it, as applications may.
 */
public class Leave extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        String how = String.valueOf(request.getParameter("how"));
        if (!how.equals("invalidate")) {
            request.logout();
        }
        if (!how.equals("logout")) {
            HttpSession session = request.getSession(false);
            if (session != null) {
                session.invalidate();
            }
        }
        response.setContentType("text/plain");
        response.getWriter().print("Goodbye");
    }
}
