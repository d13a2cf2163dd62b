<%@ page contentType="text/html; charset=UTF-8" pageEncoding="UTF-8" %>
<%
    response.setHeader("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Cache-Control", "no-store");
    boolean failed = request.getQueryString() != null && request.getQueryString().contains("failed") || request.getParameter("failed") != null;
    boolean signedOut = request.getParameter("out") != null;
%>
<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="UTF-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Sign in · The Grand Marlowe</title>
  <link rel="stylesheet" href="<%= request.getContextPath() %>/css/shop.css">
  <link rel="icon" href="data:,">
</head>
<body class="sign-in">
<main>
  <div class="card">
    <p class="brand"><span class="crest" aria-hidden="true">M</span> The Grand Marlowe <small>Front desk</small></p>
<% if (signedOut) { %>
    <h1>You have been signed out</h1>
    <p><a class="button" href="./" data-testid="sign-in-again">Sign in again</a></p>
<% } else { %>
    <h1>Sign in</h1>
<% if (failed) { %>    <p class="failed" role="alert" data-testid="login-failed">That name and password do not go together.</p><% } %>
    <form action="<%= request.getContextPath() %>/j_security_check" method="post">
      <label for="name">Name</label>
      <input id="name" name="j_username" autocomplete="username" autocapitalize="none" required autofocus>
      <label for="password">Password</label>
      <input id="password" name="j_password" type="password" autocomplete="current-password" required>
      <button class="button">Sign in</button>
    </form>
    <p class="hint">A demonstration: <kbd>alice</kbd>, <kbd>bob</kbd>, <kbd>backend</kbd> or <kbd>admin</kbd>, the password is the name.</p>
<% } %>
  </div>
</main>
</body>
</html>
