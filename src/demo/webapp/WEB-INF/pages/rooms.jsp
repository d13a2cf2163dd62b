<%@ include file="/WEB-INF/pages/top.jspf" %>
  <section aria-labelledby="rooms">
    <div class="heading"><h1 id="rooms">Rooms</h1><p>“Housekeeping” sends a frame from this page to the application: an entry of the Redis Stream <code>websocket:consumer:stream</code>.</p></div>
    <ul class="rooms">
<%
    String[][] rooms = {{"118", "Ready"}, {"207", "Being cleaned"}, {"310", "Occupied"}, {"311", "Ready"}, {"412", "Ready"}, {"415", "Occupied"}, {"501", "Ready"}, {"502", "Ready"}};
    for (String[] room : rooms) {
%>
      <li class="room"><strong><%= room[0] %></strong><span class="tag <%= room[1].equals("Ready") ? "good" : room[1].equals("Occupied") ? "" : "wait" %>"><%= room[1] %></span>
        <button type="button" data-room="<%= room[0] %>" data-testid="housekeeping-<%= room[0] %>" aria-label="Housekeeping for room <%= room[0] %>">Housekeeping</button></li>
<%
    }
%>
    </ul>
  </section>
<%@ include file="/WEB-INF/pages/bottom.jspf" %>
