<%@ page contentType="text/html; charset=UTF-8" session="false" %>
<%
    // why both: on some servers logout() alone leaves the single sign-on standing, on others it has already ended the session
    jakarta.servlet.http.HttpSession open = request.getSession(false);
    request.logout();
    if (open != null) {
        try {
            open.invalidate();
        } catch (IllegalStateException endedAlready) {
            response.setHeader("Cache-Control", "no-store");
        }
    }
    response.sendRedirect(request.getContextPath() + "/login.jsp?out");
%>
