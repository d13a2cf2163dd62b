<%@ include file="/WEB-INF/pages/top.jspf" %>
  <section aria-labelledby="arrivals">
    <div class="heading"><h1 id="arrivals">Arrivals today</h1><p>5 parties, 11 guests</p></div>
    <div class="scroll" tabindex="0" role="region" aria-label="Arrivals">
    <table>
      <thead><tr><th scope="col">Guest</th><th scope="col">Room</th><th scope="col">Nights</th><th scope="col">Expected</th><th scope="col">Status</th></tr></thead>
      <tbody>
        <tr><th scope="row">Adichie, Ngozi</th><td>412</td><td>3</td><td>14:00</td><td><span class="tag good">Ready</span></td></tr>
        <tr><th scope="row">Brandt, Jonas &amp; Mette</th><td>207</td><td>2</td><td>15:30</td><td><span class="tag wait">Being cleaned</span></td></tr>
        <tr><th scope="row">Castellanos, Rosa</th><td>118</td><td>1</td><td>16:00</td><td><span class="tag good">Ready</span></td></tr>
        <tr><th scope="row">Haruki, Emi (4)</th><td>501–502</td><td>5</td><td>18:45</td><td><span class="tag good">Ready</span></td></tr>
        <tr><th scope="row">O’Connell, Siobhán</th><td>310</td><td>2</td><td>late</td><td><span class="tag">Not assigned</span></td></tr>
      </tbody>
    </table>
    </div>
  </section>
<%@ include file="/WEB-INF/pages/bottom.jspf" %>
