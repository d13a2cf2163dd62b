<%@ include file="/WEB-INF/pages/top.jspf" %>
  <section aria-labelledby="tabs">
    <div class="heading"><h1 id="tabs">Tabs</h1><p>Ten tabs, one connection</p></div>
    <p id="tab-count" data-testid="tab-count" role="status">All tabs of this browser that show the front desk share one connection.</p>
    <p><a class="button" href="tabs" target="_blank" rel="noopener" data-testid="another-tab">Open another tab</a></p>
    <p>A shared worker of the browser holds the connection. It hands each message to every tab, so each tab shows it once. Close any tab, also the first: the others go on. When the last tab
      is closed, the connection ends. For the server ten tabs cost as much as one.</p>
    <p>See for yourself: sign in as <kbd>admin</kbd> in another browser, open the console and look up <kbd><%= user %></kbd>. It says “1 open page”, however many tabs you open here.</p>
    <p>In a browser without shared workers each tab has a connection of its own. Everything works as here.</p>
  </section>
<%@ include file="/WEB-INF/pages/bottom.jspf" %>
